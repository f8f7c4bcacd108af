package io.penstock.quickstart;

import org.jspecify.annotations.Nullable;

/**
 * What a ticket asks.
 *
 * @param language ISO 639-1
 * @param category billing, delivery, account, product or arithmetic
 * @param expectedAnswer the digits of the result, or the category where the text asks for it; null
 *     where many answers are right
 */
record Question(
    String language,
    String category,
    String text,
    String context,
    @Nullable String expectedAnswer) {}
