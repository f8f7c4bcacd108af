package io.penstock.bench;

import java.io.IOException;
import java.nio.file.Path;

/** A scene that is not a contest of two clients. */
@FunctionalInterface
interface Measurement {
  /**
   * @param folder for whatever it writes; absolute or relative, empty
   * @return the figures, in words
   */
  String measure(Path folder) throws IOException, InterruptedException;
}
