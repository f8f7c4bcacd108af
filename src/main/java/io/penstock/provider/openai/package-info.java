/** The OpenAI chat-completions dialect, also spoken by most self-hosted servers. */
@NullMarked
package io.penstock.provider.openai;

import org.jspecify.annotations.NullMarked;
