/**
 * One request through its attempts, and many requests through a window. Start at {@link
 * io.penstock.inference.InFlightWindow}. Plain Java: no Spark, no HTTP, time is a parameter.
 */
@NullMarked
package io.penstock.inference;

import org.jspecify.annotations.NullMarked;
