package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ProviderException;
import io.penstock.provider.http.StatusClassifier.Verdict;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SecretMaskTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no key here                       | no key here",
        "key hush-hush, again hush-hush    | key ***, again ***",
        "sk-ant-api03-AbC_9                | ***",
        "given: sk-proj-ab******yz.        | given: ***.",
        "Authorization: Bearer abc.def-1   | Authorization: Bearer ***",
        "a bearer token, a task-force-name | a bearer ***, a task-force-name"
      })
  void masksTheKeyAndWhatLooksLikeOne(String text, String masked) {
    assertThat(mask("hush-hush").mask(text)).isEqualTo(masked);
  }

  private static SecretMask mask(String key) {
    return new SecretMask(ProviderSecrets.ofKey(key));
  }

  @Test
  void masksHeadersPasswordsAndWhatWasReplacedToo() {
    ProviderSecrets before = new ProviderSecrets("old-key", Map.of("a", "token"), null, Set.of());
    ProviderSecrets now = new ProviderSecrets("old-key-2", Map.of("a", "token"), "pass", Set.of());

    SecretMask mask = new SecretMask(now.insteadOf(before));

    assertThat(mask.mask("old-key, old-key-2, token, pass, key"))
        .isEqualTo("***, ***, ***, ***, key");
  }

  @Test
  void aBlankKeyMasksNothing() {
    assertThat(mask(" ").mask("a b c")).isEqualTo("a b c");
    assertThat(mask(null).mask("a b c")).isEqualTo("a b c");
  }

  @Test
  void boundsMessagesWithoutCuttingAnEmojiInHalf() {
    // the 499 characters that are kept would end within the first emoji
    String message = "x".repeat(SecretMask.MAX_MESSAGE_CHARS - 2) + "😀😀";
    ProviderException failure = Verdict.refused(FailureKind.OVERLOADED).exception(503, message);

    ProviderException bounded = mask(null).mask(failure, "");

    assertThat(bounded).hasMessage("x".repeat(SecretMask.MAX_MESSAGE_CHARS - 2) + "…");
  }
}
