package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BaseUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://api.example.com/v1,        https://api.example.com/v1",
    "https://api.example.com/v1/,       https://api.example.com/v1",
    "https://api.example.com/v1//,      https://api.example.com/v1",
    "https://api.example.com,           https://api.example.com/v1",
    "https://api.example.com/,          https://api.example.com/v1",
    "HTTPS://API.Example.COM/V1,        https://api.example.com/V1",
    "https://api.example.com:443/v1,    https://api.example.com/v1",
    "http://api.example.com:80/v1,      http://api.example.com/v1",
    "http://api.example.com:443/v1,     http://api.example.com:443/v1",
    "https://api.example.com:80/v1,     https://api.example.com:80/v1",
    "http://[::1]:8000,                 http://[::1]:8000/v1",
    "https://host/openai%20x/deploy,    https://host/openai%20x/deploy",
    "'  http://localhost:8089 ',        http://localhost:8089/v1"
  })
  void equalOnesHaveOneForm(String text, String normalised) {
    assertThat(BaseUrl.parse(text)).hasToString(normalised);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8000",
        "api.example.com/v1",
        "ftp://host",
        "http:///v1",
        "file:/v1",
        ""
      })
  void othersAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BaseUrl.parse(text))
        .withMessage("must be an http or https URL with a host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://user:pass@host", "http://host/v1?key=abc", "http://host/v1#key"})
  void placesForSecretsAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BaseUrl.parse(text))
        .withMessageContaining("must have no user, query or fragment")
        .withMessageNotContaining("pass")
        .withMessageNotContaining("abc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://host name", "http://host/{x}", "http://"})
  void whatIsNoUrlIsRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BaseUrl.parse(text))
        .withMessageStartingWith("is not a URL: ");
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8000, false",
    "http://LOCALHOST,      false",
    "http://127.0.0.1/v1,   false",
    "http://[::1]/v1,       false",
    "http://gpu7/v1,        true",
    "http://10.0.0.5,       true",
    "http://localhost.evil.example, true",
    "https://gpu7/v1,       false"
  })
  void knowsPlainHttpToAnotherMachine(String text, boolean plain) {
    assertThat(BaseUrl.parse(text).isPlainHttpToAnotherMachine()).isEqualTo(plain);
  }
}
