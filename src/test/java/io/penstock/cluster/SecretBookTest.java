package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.ProviderSecrets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class SecretBookTest {
  private static final String OPENAI = "openai";

  private final ArrayDeque<String> inPlace = new ArrayDeque<>();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final SecretBook book =
      new SecretBook(provider -> ProviderSecrets.ofKey(inPlace.remove()), later::add)
          .with(Map.of(OPENAI, ProviderSecrets.ofKey("sk-1")));

  private void readNow() {
    later.remove().run();
  }

  @Test
  void everybodyWhoseVersionWasRefusedGetsTheOneThatIsReadAgain() {
    inPlace.add("sk-2");

    List<CompletableFuture<HeldSecrets>> asked =
        List.of(book.instead(OPENAI, 0), book.instead(OPENAI, 0));
    assertThat(asked).noneMatch(CompletableFuture::isDone);
    readNow();

    assertThat(asked).allMatch(answer -> answer.join().version() == 1);
    assertThat(book.known(OPENAI).secrets().apiKey()).isEqualTo("sk-2");
    assertThat(book.known(OPENAI).secrets().former()).containsExactly("sk-1");
    assertThat(book.instead(OPENAI, 0)).isCompleted();
    assertThat(later).as("read once").isEmpty();
  }

  @Test
  void whatIsStillTheSameIsNotReadAThirdTime() {
    inPlace.add("sk-1");

    book.instead(OPENAI, 0);
    readNow();

    assertThat(book.instead(OPENAI, 0).join().version()).isZero();
    assertThat(later).isEmpty();
  }

  @Test
  void eachVersionIsReadAgainOnce() {
    inPlace.addAll(List.of("sk-2", "sk-3", "sk-3"));

    book.instead(OPENAI, 0);
    readNow();
    book.instead(OPENAI, 1);
    readNow();
    book.instead(OPENAI, 2);
    readNow();

    assertThat(book.instead(OPENAI, 2).join().version()).isEqualTo(2);
    assertThat(book.known(OPENAI).secrets().former()).containsExactlyInAnyOrder("sk-1", "sk-2");
  }

  /** The queue is empty: reading throws. */
  @Test
  void aPlaceThatCannotBeReadHasTheSame() {
    CompletableFuture<HeldSecrets> asked = book.instead(OPENAI, 0);
    readNow();

    assertThat(asked.join().version()).isZero();
  }

  @Test
  void aProviderThatIsNotKnownHasNone() {
    assertThat(book.known("other").secrets()).isEqualTo(ProviderSecrets.NONE);
    assertThat(book.instead("other", 0).join().secrets()).isEqualTo(ProviderSecrets.NONE);
  }

  @Test
  void withoutADriverTheyAreReadWhenTheyAreWanted() {
    SecretBook own =
        new SecretBook(provider -> ProviderSecrets.ofKey(inPlace.remove()), Runnable::run);
    inPlace.addAll(List.of("sk-1", "sk-2"));

    assertThat(own.read(OPENAI)).isEqualTo(own.read(OPENAI));
    assertThat(own.instead(OPENAI, own.read(OPENAI).version()).join().secrets().apiKey())
        .isEqualTo("sk-2");
  }
}
