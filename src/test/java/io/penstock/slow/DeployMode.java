package io.penstock.slow;

/** Where the driver runs. */
enum DeployMode {
  /** In the process that submits. */
  CLIENT,
  /** In a process that a worker starts. */
  CLUSTER
}
