/**
 * Price lists and what a call costs by them, in exact decimals. Start at {@link
 * io.penstock.pricing.PriceList}. Knows nothing of Spark, HTTP or the job file.
 */
@NullMarked
package io.penstock.pricing;

import org.jspecify.annotations.NullMarked;
