package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalConsoleTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TerminalConsole console =
      new TerminalConsole(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  /** What a terminal shows of what was written to it. */
  private List<String> screen() {
    List<String> lines = new ArrayList<>(List.of(""));
    String text = bytes.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[\\?7[hl]", "");
    for (int at = 0; at < text.length(); at++) {
      if (text.startsWith("\u001b[J", at)) {
        at += 2;
      } else if (text.charAt(at) == '\u001b') {
        int end = text.indexOf('F', at);
        int up = Integer.parseInt(text.substring(at + 2, end));
        lines.subList(lines.size() - 1 - up, lines.size()).clear();
        lines.add("");
        at = end;
      } else if (text.charAt(at) == '\n') {
        lines.add("");
      } else {
        lines.set(lines.size() - 1, lines.get(lines.size() - 1) + text.charAt(at));
      }
    }
    return lines;
  }

  @Test
  void aBlockIsDrawnOverTheOneBefore() {
    console.show(List.of("one", "two", "three"));
    console.show(List.of("four"));
    console.show(List.of("five", "six"));

    assertThat(screen()).containsExactly("five", "six", "");
  }

  @Test
  void linesAppearAboveIt() {
    console.show(List.of("block"));
    console.say("said");
    console.above().print("logged\n");
    console.show(List.of("later"));

    assertThat(screen()).containsExactly("said", "logged", "later", "");
  }

  @Test
  void nothingOfItIsLeftOnceItIsClosed() {
    PrintStream before = System.err;
    console.show(List.of("one", "two"));
    try {
      console.close();
    } finally {
      System.setErr(before);
    }
    assertThat(screen()).containsExactly("");
  }
}
