package io.penstock.pipeline;

import io.penstock.progress.ProgressWatch;
import java.util.List;

/** Where a run says what it does, for people. Thread-safe. Never prompts, completions or keys. */
@FunctionalInterface
public interface RunConsole extends ProgressWatch.Screen {
  @Override
  default boolean isLive() {
    return false;
  }

  @Override
  default void show(List<String> lines) {}
}
