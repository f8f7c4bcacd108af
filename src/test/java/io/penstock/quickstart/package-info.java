/**
 * The made-up support tickets of the quickstart and the program that wrote them. Start at {@link
 * io.penstock.quickstart.QuickstartData}; the sentences are in {@code
 * src/test/resources/quickstart}, one file per language. Knows nothing of the product.
 */
@NullMarked
package io.penstock.quickstart;

import org.jspecify.annotations.NullMarked;
