package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.prompt.PromptTemplate;
import io.penstock.tokens.TokenFamily;
import org.junit.jupiter.api.Test;

final class SharedOpeningTest {
  private static final String LONG = "word ".repeat(2_000);

  private static SharedOpening of(String system, String user) {
    return SharedOpening.of(
        new JobSetup.Templates(
            system == null ? null : PromptTemplate.parse(system),
            user == null ? null : PromptTemplate.parse(user)),
        TokenFamily.O200K_BASE);
  }

  @Test
  void endsAtTheFirstColumn() {
    assertThat(of(null, "hello world{a} more").tokens()).isEqualTo(2);
    assertThat(of("hello world", "hello world {a}").tokens()).isEqualTo(5);
    assertThat(of("hello world{b}", LONG).tokens()).isEqualTo(2);
    assertThat(of(null, "{a}" + LONG).tokens()).isZero();
  }

  @Test
  void onlyALongOneCanBeServedByAPromptCache() {
    assertThat(of(LONG, "{a}").isTooShort()).isFalse();
    assertThat(of(LONG, "{a}").cacheableTokens()).isGreaterThanOrEqualTo(2_000);
    assertThat(of("Be brief.", "{a}").isTooShort()).isTrue();
    assertThat(of("Be brief.", "{a}").cacheableTokens()).isZero();
  }

  @Test
  void ofMessagesNothingIsKnown() {
    assertThat(of(null, null).isTooShort()).isFalse();
    assertThat(of(null, null).cacheableTokens()).isEqualTo(Long.MAX_VALUE);
  }
}
