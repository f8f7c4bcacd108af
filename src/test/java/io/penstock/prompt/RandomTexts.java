package io.penstock.prompt;

import java.util.Random;

/** Texts of all scripts, with what the optimiser looks at strewn in; the same for the same seed. */
final class RandomTexts {
  private static final String[] PIECES = {
    " ",
    "  ",
    "\t",
    " \t ",
    "\n",
    "\n\n",
    "\n\n\n\n",
    "\r\n",
    "\r",
    "\r\n\r\n\r\n",
    "   \n",
    "```",
    "~~~~",
    "\n```java\n",
    "\n~~~\n",
    "\n  - ```\n",
    "> ",
    "- ",
    "1. ",
    "a",
    "Word",
    "don't",
    "x1y2",
    "12345678",
    "{\"k\": [1,  2]}",
    "größe",
    "naïve",
    "e\u0301",
    "Привет",
    "مرحبا",
    "नमस्ते",
    "漢字かな",
    "中文没有空格的句子",
    "한국어",
    "\uD83D\uDE00",
    "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
    "\uD83C\uDDE9\uD83C\uDDEA",
    "\uD835\uDD38",
    "\u00A0",
    "\u2003",
    "\u3000",
    "\u2028",
    "<|endoftext|>",
    "________",
    "=====",
    "\0",
    "\uFEFF",
    "`code  here`",
    "aaaaaaaaaaaaaaaaaaaaaaaa"
  };

  private RandomTexts() {}

  static String of(long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(60); left > 0; left--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }
}
