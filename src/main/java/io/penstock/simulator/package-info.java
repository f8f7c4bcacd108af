/**
 * A program of its own: a loopback server that speaks the providers' wire formats, with latency,
 * faults and an invoice, so that a job can be rehearsed for nothing. Start at {@link
 * io.penstock.simulator.Simulator}. Knows wire formats, prices and tokens, and nothing of the job.
 */
@NullMarked
package io.penstock.simulator;

import org.jspecify.annotations.NullMarked;
