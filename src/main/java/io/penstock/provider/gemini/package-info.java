/**
 * Gemini's own dialect, {@code generateContent} of the Developer API. Start at {@link
 * io.penstock.provider.gemini.GeminiDialect}.
 */
@NullMarked
package io.penstock.provider.gemini;

import org.jspecify.annotations.NullMarked;
