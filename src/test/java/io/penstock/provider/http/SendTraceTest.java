package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.FailureKind;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SendTraceTest {
  @ParameterizedTest
  @CsvSource({"REFUSED_STREAM, REFUSED", "INTERNAL_ERROR, POSSIBLE", "CANCEL, POSSIBLE"})
  void onlyAStreamThatWasRefusedIsKnownNotToHaveRun(ErrorCode code, Billing billing) {
    SendTrace trace = new SendTrace();
    trace.requestHeadersStart(
        new OkHttpClient().newCall(new Request.Builder().url("http://localhost").build()));

    ProviderException failure = trace.failure(new StreamResetException(code), "localhost");

    assertThat(failure.kind()).isEqualTo(FailureKind.NETWORK);
    assertThat(failure.billing()).isEqualTo(billing);
  }
}
