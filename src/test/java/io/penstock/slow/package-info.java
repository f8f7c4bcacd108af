/**
 * What only real processes show: Penstock submitted to a Spark cluster of several JVMs, on local
 * disks and on an HDFS, while its processes are killed, suspended and told to stop: {@code mvn
 * -Pslow verify}. Start at {@link io.penstock.slow.Lab}, which holds what the tests share, and
 * {@link io.penstock.slow.KillHarness}. Runs on Unix only, where processes take signals.
 */
@NullMarked
package io.penstock.slow;

import org.jspecify.annotations.NullMarked;
