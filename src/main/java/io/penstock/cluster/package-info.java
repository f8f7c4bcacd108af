/**
 * What the driver and the executors agree on while a run pays: who may call, for how long, and that
 * all see the same folders. Start at {@link io.penstock.cluster.PenstockPlugin}. Knows nothing of
 * what is being called or stored.
 *
 * <p>Threads. An executor's "penstock-lease" asks the driver once a second; "penstock-agent"
 * threads do for it what may take longer: proving, closing, waking those that wait. On the driver
 * Spark's one thread for plugin messages computes the replies; "penstock-proof" reads files.
 */
@NullMarked
package io.penstock.cluster;

import org.jspecify.annotations.NullMarked;
