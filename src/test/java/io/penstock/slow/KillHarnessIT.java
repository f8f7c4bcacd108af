package io.penstock.slow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Nothing that was paid for is lost, and no more is paid for twice than was under way: as many
 * rounds as the property {@code kill.rounds} says.
 */
@Tag("slow")
@ExtendWith(LabExtension.class)
class KillHarnessIT {
  @Test
  void aJobWhoseProcessesAreKilledLosesNothingAndPaysTwiceOnlyWhatWasUnderWay(Lab lab)
      throws IOException {
    String folder = System.getProperty("kill.folder", "");
    KillHarness harness =
        new KillHarness(
            lab,
            folder.isEmpty() ? lab.folder().resolve("kill") : Path.of(folder),
            KillHarness.Place.valueOf(System.getProperty("kill.store").toUpperCase(Locale.ROOT)),
            Long.getLong("kill.seed"));

    var rounds = harness.run(Integer.getInteger("kill.rounds"));

    assertThat(rounds).isNotEmpty();
    assertThat(rounds).flatExtracting(RoundLine::problems).isEmpty();
  }
}
