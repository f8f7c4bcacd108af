package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  private static final int MOST_STEPS = 20;

  @TempDir java.nio.file.Path folder;
  private final Configuration hadoop = HaltingFileSystem.register(new Configuration());

  @AfterEach
  void live() {
    HaltingFileSystem.live();
  }

  /** Where the file system counts steps. */
  private Path place(String name) throws IOException {
    java.nio.file.Path journal = Files.createDirectories(folder.resolve("journal"));
    return new Path(HaltingFileSystem.pathOf(journal.resolve(name)));
  }

  private boolean isKilledAfter(int steps, Path place, String text) {
    HaltingFileSystem.failAfter(steps);
    try {
      WholeFile.write(place, text, hadoop);
      return false;
    } catch (IOException e) {
      return true;
    } finally {
      HaltingFileSystem.live();
    }
  }

  @Test
  void itIsReplacedUntilItIsDeleted() throws IOException {
    Path place = place("a");

    WholeFile.write(place, "one", hadoop);
    WholeFile.write(place, "two", hadoop);

    assertThat(WholeFile.read(place, hadoop)).isEqualTo("two");
    WholeFile.delete(place, hadoop);
    assertThatThrownBy(() -> WholeFile.read(place, hadoop))
        .isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void afterTwoKillsOneOfTheTextsIsThere() throws IOException {
    int first = 0;
    boolean killed = true;
    while (killed) {
      boolean again = true;
      for (int second = 0; again && second < MOST_STEPS; second++) {
        Path place = place(first + "-" + second);
        WholeFile.write(place, "one", hadoop);
        killed = isKilledAfter(first, place, "two");
        again = killed && isKilledAfter(second, place, "three");

        assertThat(WholeFile.read(place, hadoop))
            .as("after %d changes, then after %d", first, second)
            .isIn("one", "two", "three");
      }
      first++;
    }
    assertThat(first).as("create, close, delete, rename").isEqualTo(5);
  }
}
