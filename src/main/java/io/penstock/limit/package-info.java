/**
 * How many calls may be under way at once. Start at {@link io.penstock.limit.Limiter}. Plain Java;
 * knows nothing of what is being limited.
 */
@NullMarked
package io.penstock.limit;

import org.jspecify.annotations.NullMarked;
