package io.penstock.pipeline;

/** Where a run says what it does, for people. Thread-safe. Never prompts, completions or keys. */
@FunctionalInterface
public interface RunConsole {
  void say(String line);
}
