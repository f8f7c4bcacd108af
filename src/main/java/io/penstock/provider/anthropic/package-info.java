/** The Anthropic messages dialect. */
@NullMarked
package io.penstock.provider.anthropic;

import org.jspecify.annotations.NullMarked;
