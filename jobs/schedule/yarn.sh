#!/usr/bin/env bash
# Runs a job on YARN:
#   HADOOP_CONF_DIR=/etc/hadoop/conf jobs/schedule/yarn.sh hdfs:///jobs/triage.yaml [--no-wait]
# In client mode, the default, the driver runs here, with the keys of this environment, and its exit code is the job's.
# DEPLOY_MODE=cluster: the driver runs in the cluster. Its keys must then come from api_key_file or credential_alias (a key in a Spark
# setting is refused), and the exit code only says whether it was 0; exit_code in the run's summary.json has it.
# One attempt only: an application master that YARN starts again would go on spending unseen.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

exec "${SPARK_SUBMIT:-${SPARK_HOME:?}/bin/spark-submit}" \
  --master yarn \
  --deploy-mode "${DEPLOY_MODE:-client}" \
  --queue "${QUEUE:-default}" \
  --num-executors "${EXECUTORS:-2}" \
  --properties-file "$home/conf/spark-defaults.conf" \
  --conf spark.yarn.maxAppAttempts=1 \
  --class io.penstock.app.Main \
  "${PENSTOCK_JAR:-$home/target/penstock.jar}" infer "$@"
