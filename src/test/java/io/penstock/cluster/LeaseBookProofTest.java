package io.penstock.cluster;

import static io.penstock.cluster.FakeExecutors.SEEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cluster.Messages.Proof;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LeaseBookProofTest {
  private final LeaseBook book = new LeaseBook(new FakeNanos());
  private final FakeExecutors executors = new FakeExecutors(book);

  @Test
  void haveProvedWantsAllThatAreLiving() {
    executors.begin("r1");
    assertThat(book.haveProved(Set.of())).as("nobody is known").isFalse();
    executors.renew("1");
    executors.renew("2");

    executors.prove("1");
    assertThat(book.haveProved(Set.of("1", "2"))).isFalse();
    assertThat(book.unproved(Set.of("1", "2"))).containsExactly("executor 2 on host h2");
    book.remove("2");

    assertThat(book.haveProved(Set.of("1", "2"))).isTrue();
  }

  @Test
  void anExecutorThatSeesOtherFoldersEndsAllGranting() {
    executors.begin("r1");
    executors.prove("1");

    executors.tell("2", new Proof("token", null, null, "folder /store: file x is not there"));

    assertThat(book.proofFailure())
        .hasValueSatisfying(
            failure ->
                assertThat(failure)
                    .contains("executor 2 on host h2", "folder /store", "hdfs://", "mount"));
    assertThat(executors.isGranted("1")).isFalse();
  }

  @Test
  void filesThatTheDriverCannotReadFailTheProofAfterSomeTries() {
    executors.begin("r1");
    for (int i = 1; i < LeaseBook.PROOF_TRIES; i++) {
      executors.tell("1", SEEN);
      book.notProved("1", book.proofToRead("1").orElseThrow(), "no such file");
    }
    assertThat(book.proofFailure()).isEmpty();

    executors.tell("1", SEEN);
    book.notProved("1", book.proofToRead("1").orElseThrow(), "no such file");

    assertThat(book.proofFailure())
        .hasValueSatisfying(
            failure -> assertThat(failure).contains("executor 1 on host h1", "no such file"));
  }

  @Test
  void whatARemovedExecutorSeesDoesNotMatter() {
    executors.begin("r1");
    executors.renew("1");
    book.remove("1");

    executors.tell("1", new Proof("token", null, null, "folder /store: file x is not there"));

    assertThat(book.proofFailure()).isEmpty();
  }
}
