/**
 * What a simulated batch is, on disk and in time, whichever provider's: its requests, how far it
 * has come at an instant, and its results. Start at {@link io.penstock.simulator.batch.Batch}.
 * Knows no wire format, no prices and no server.
 */
@NullMarked
package io.penstock.simulator.batch;

import org.jspecify.annotations.NullMarked;
