package io.penstock.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The treatment of each kind, as the design's list has it. */
final class FailureKindTest {
  @ParameterizedTest
  @CsvSource({
    // kind, transient, permanent, stops the run, stored
    "INVALID_REQUEST,     false, true,  false, true",
    "CONTEXT_TOO_LONG,    false, true,  false, true",
    "CONTENT_FILTERED,    false, true,  false, true",
    "INVALID_RESPONSE,    false, true,  false, true",
    "UNREADABLE_RESPONSE, true,  false, false, true",
    "RATE_LIMITED,        true,  false, false, true",
    "OVERLOADED,          true,  false, false, true",
    "SERVER_ERROR,        true,  false, false, true",
    "TIMEOUT,             true,  false, false, true",
    "NETWORK,             true,  false, false, true",
    "EXPIRED,             true,  false, false, true",
    "CANCELLED,           true,  false, false, true",
    "AUTHENTICATION,      false, false, true,  false",
    "NOT_FOUND,           false, false, true,  false",
    "REFUSED_PARAMETER,   false, false, true,  false",
    "QUOTA_EXHAUSTED,     false, false, true,  false",
    "BUDGET,              false, false, false, false",
    "PENDING,             false, false, false, false",
    "NOT_ATTEMPTED,       false, false, false, false"
  })
  void isTreatedByKind(
      FailureKind kind, boolean isTransient, boolean permanent, boolean stops, boolean stored) {
    assertThat(kind.isTransient()).isEqualTo(isTransient);
    assertThat(kind.isPermanent()).isEqualTo(permanent);
    assertThat(kind.stopsRun()).isEqualTo(stops);
    assertThat(kind.isStored()).isEqualTo(stored);
  }

  @Test
  void theSetIsClosed() {
    assertThat(count(kind -> true)).isEqualTo(19);
    assertThat(count(FailureKind::isTransient)).isEqualTo(8);
    assertThat(count(FailureKind::isPermanent)).isEqualTo(4);
    assertThat(count(FailureKind::stopsRun)).isEqualTo(4);
  }

  private static long count(Predicate<FailureKind> kinds) {
    return Arrays.stream(FailureKind.values()).filter(kinds).count();
  }
}
