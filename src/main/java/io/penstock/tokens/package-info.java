/** Counts tokens with jtokkit. Knows nothing of the rest of the project. */
@NullMarked
package io.penstock.tokens;

import org.jspecify.annotations.NullMarked;
