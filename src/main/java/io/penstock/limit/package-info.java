/**
 * How much of an account may be used at once, and how fast. The driver's {@link
 * io.penstock.limit.Governor} decides for the cluster and grants {@link
 * io.penstock.limit.Allowance}s; an executor's {@link io.penstock.limit.Limiter} lets its calls
 * begin within them and {@linkplain io.penstock.limit.AccountReport reports}. Plain Java; knows
 * nothing of what is being limited, nor of how the two talk.
 */
@NullMarked
package io.penstock.limit;

import org.jspecify.annotations.NullMarked;
