package io.penstock.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunJournalTest {
  private final Configuration hadoop = new Configuration();

  @TempDir Path store;

  @Test
  void knowsWhatEachShardHasOverAllWriters() throws IOException {
    write(Entries.RUN, Entries.inShard(1, "e1", 11), Entries.inShard(2, "e2", 22));
    write(Entries.RUN, Entries.inShard(1, "e3", 13), Entries.inShard(1, "e4", 11));

    assertThat(RunJournal.fingerprints(store.toString(), Entries.RUN, 1, hadoop))
        .containsExactlyInAnyOrder(Entries.fingerprint(11), Entries.fingerprint(13));
    assertThat(RunJournal.fingerprints(store.toString(), Entries.RUN, 2, hadoop))
        .containsExactly(Entries.fingerprint(22));
    assertThat(RunJournal.fingerprints(store.toString(), Entries.RUN, 3, hadoop)).isEmpty();
  }

  @Test
  void ofFailuresOnlyThoseForGoodAreOutcomes() throws IOException {
    write(
        Entries.RUN,
        Entries.failure(Entries.RUN, "e1", 5, FailureKind.CONTEXT_TOO_LONG, 0),
        Entries.failure(Entries.RUN, "e2", 6, FailureKind.TIMEOUT, 0),
        Entries.failure(Entries.RUN, "e3", 7, FailureKind.NOT_ATTEMPTED, 0));

    assertThat(RunJournal.fingerprints(store.toString(), Entries.RUN, 0, hadoop))
        .containsExactly(Entries.fingerprint(5));
  }

  @Test
  void otherRunsAreNotLookedAt() throws IOException {
    write("r2", Entries.inShard(1, "e1", 11));

    assertThat(RunJournal.fingerprints(store.toString(), Entries.RUN, 1, hadoop)).isEmpty();
    assertThat(RunJournal.fingerprints(store.toString(), "r2", 1, hadoop)).hasSize(1);
  }

  @Test
  void whatIsOnlyIntendedHasNoOutcome() throws IOException {
    try (Journal journal =
        new Journal(store.toString(), Entries.RUN, "exec-1", Entries.DURABILITY, hadoop)) {
      journal.intend(Entries.intent(11, "1"));
      journal.append(Entries.inShard(1, "e1", 12));
    }

    assertThat(RunJournal.fingerprints(store.toString(), Entries.RUN, 1, hadoop))
        .containsExactly(Entries.fingerprint(12));
  }

  private void write(String runId, StoreEntry... entries) throws IOException {
    try (Journal journal =
        new Journal(store.toString(), runId, "exec-1", Entries.DURABILITY, hadoop)) {
      for (StoreEntry entry : entries) {
        journal.append(entry);
      }
    }
  }
}
