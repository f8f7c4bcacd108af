/**
 * From columns to prompts, and from prompts to fingerprints; plain Java. Start at {@link
 * io.penstock.prompt.PromptTemplate} and {@link io.penstock.prompt.Fingerprinter}.
 */
@NullMarked
package io.penstock.prompt;

import org.jspecify.annotations.NullMarked;
