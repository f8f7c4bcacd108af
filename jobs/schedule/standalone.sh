#!/usr/bin/env bash
# Runs a job on a Spark standalone cluster, and ends with its exit code:
#   MASTER=spark://master:7077 jobs/schedule/standalone.sh hdfs:///jobs/triage.yaml [--no-wait]
# The driver runs here (client mode), with the keys of this environment. No --supervise: a driver that the cluster starts again
# would go on spending unseen.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

exec "${SPARK_SUBMIT:-${SPARK_HOME:?}/bin/spark-submit}" \
  --master "${MASTER:?such as spark://master:7077}" \
  --deploy-mode client \
  --properties-file "$home/conf/spark-defaults.conf" \
  --conf spark.cores.max="${CORES:-16}" \
  --class io.penstock.app.Main \
  "${PENSTOCK_JAR:-$home/target/penstock.jar}" infer "$@"
