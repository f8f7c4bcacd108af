package io.penstock.app;

/** Opens the command line to tests of other packages, in this JVM and without an exit of it. */
public final class CommandLines {
  private CommandLines() {}

  /** Runs one command and returns its exit code. */
  public static int execute(String... arguments) {
    return Main.execute(arguments);
  }
}
