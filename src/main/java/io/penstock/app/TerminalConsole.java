package io.penstock.app;

import io.penstock.pipeline.RunConsole;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A terminal, whose last lines are a block that is drawn over itself; all that others write to
 * standard error meanwhile appears above it. Thread-safe.
 */
final class TerminalConsole implements RunConsole, AutoCloseable {
  /** Set by jobs/run where standard error is a terminal. */
  static final String VARIABLE = "PENSTOCK_TERMINAL";

  /** Long lines are cut at the edge: one that wrapped would be two to move up. */
  private static final String NO_WRAP = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";
  private static final String TO_LINE_UP = "\u001b[%dF";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final PrintStream terminal;
  private List<String> block = List.of();
  private int drawn;

  TerminalConsole(PrintStream terminal) {
    this.terminal = terminal;
  }

  /** What others write to standard error goes through it until it is closed. */
  static TerminalConsole ofStandardError() {
    TerminalConsole console = new TerminalConsole(System.err);
    System.setErr(console.above());
    return console;
  }

  /** Lets others write. */
  PrintStream above() {
    return new PrintStream(new Above(), true, StandardCharsets.UTF_8);
  }

  private final class Above extends OutputStream {
    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] text, int from, int length) {
      synchronized (TerminalConsole.this) {
        erase();
        terminal.write(text, from, length);
        terminal.flush();
      }
    }
  }

  @Override
  public synchronized void say(String line) {
    erase();
    terminal.println(line);
    draw();
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public synchronized void show(List<String> lines) {
    erase();
    block = List.copyOf(lines);
    draw();
  }

  private void erase() {
    if (drawn > 0) {
      terminal.print(TO_LINE_UP.formatted(drawn) + CLEAR_BELOW);
      drawn = 0;
    }
  }

  private void draw() {
    if (!block.isEmpty()) {
      terminal.print(NO_WRAP + String.join("\n", block) + "\n" + WRAP);
      terminal.flush();
      drawn = block.size();
    }
  }

  @Override
  public synchronized void close() {
    show(List.of());
    System.setErr(terminal);
  }
}
