package io.penstock.prompt;

/**
 * A text and what was saved on it.
 *
 * @param tokensSaved of o200k_base; below 0 where the shorter text has more
 */
public record Shortened(String text, long tokensSaved) {}
