package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.http.StatusClassifier.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatusClassifierTest {
  @ParameterizedTest
  @CsvSource({
    "400, INVALID_REQUEST, NOT_BILLED",
    "401, AUTHENTICATION, NOT_BILLED",
    "402, QUOTA_EXHAUSTED, NOT_BILLED",
    "403, AUTHENTICATION, NOT_BILLED",
    "404, NOT_FOUND, NOT_BILLED",
    "405, NOT_FOUND, NOT_BILLED",
    "408, TIMEOUT, POSSIBLE",
    "409, SERVER_ERROR, NOT_BILLED",
    "410, NOT_FOUND, NOT_BILLED",
    "413, INVALID_REQUEST, NOT_BILLED",
    "418, INVALID_REQUEST, NOT_BILLED",
    "424, SERVER_ERROR, NOT_BILLED",
    "422, INVALID_REQUEST, NOT_BILLED",
    "429, RATE_LIMITED, REFUSED",
    "498, OVERLOADED, REFUSED",
    "500, SERVER_ERROR, NOT_BILLED",
    "502, SERVER_ERROR, NOT_BILLED",
    "503, OVERLOADED, REFUSED",
    "504, TIMEOUT, POSSIBLE",
    "520, TIMEOUT, POSSIBLE",
    "524, TIMEOUT, POSSIBLE",
    "529, OVERLOADED, REFUSED",
    "599, SERVER_ERROR, NOT_BILLED",
    "308, NOT_FOUND, NOT_BILLED"
  })
  void eachStatusHasOneMeaning(int status, FailureKind kind, Billing billing) {
    assertThat(StatusClassifier.classify(status)).isEqualTo(new Verdict(kind, billing));
  }
}
