#!/usr/bin/env bash
# Runs a job on Kubernetes, with the driver in a pod:
#   MASTER=k8s://https://cluster:6443 IMAGE=registry/penstock:1 jobs/schedule/kubernetes.sh /lake/jobs/triage.yaml [--no-wait]
# The image is Spark's own with penstock.jar added as /opt/penstock/penstock.jar. Keys come from a secret, which the settings only name:
#   kubectl create secret generic penstock-keys --from-literal=openai=...
# Store, results and runs lie on a volume that driver and executors share (ReadWriteMany), or on HDFS; object stores cannot rename.
# A driver's pod is not started again. The exit code only says whether it was 0; exit_code in the run's summary.json has it.
set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
volume=volumes.persistentVolumeClaim.lake

exec "${SPARK_SUBMIT:-${SPARK_HOME:?}/bin/spark-submit}" \
  --master "${MASTER:?such as k8s://https://cluster:6443}" \
  --deploy-mode cluster \
  --name penstock \
  --properties-file "$home/conf/spark-defaults.conf" \
  --conf spark.kubernetes.namespace="${NAMESPACE:-default}" \
  --conf spark.kubernetes.authenticate.driver.serviceAccountName="${SERVICE_ACCOUNT:-spark}" \
  --conf spark.kubernetes.container.image="${IMAGE:?such as registry/penstock:1}" \
  --conf spark.kubernetes.driver.secretKeyRef.OPENAI_API_KEY=penstock-keys:openai \
  --conf spark.kubernetes.driver.$volume.mount.path=/lake \
  --conf spark.kubernetes.driver.$volume.options.claimName="${CLAIM:-lake}" \
  --conf spark.kubernetes.executor.$volume.mount.path=/lake \
  --conf spark.kubernetes.executor.$volume.options.claimName="${CLAIM:-lake}" \
  --conf spark.executor.instances="${EXECUTORS:-2}" \
  --class io.penstock.app.Main \
  local:///opt/penstock/penstock.jar infer "$@"
