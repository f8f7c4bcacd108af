package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Completion;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.FinishReason;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.Message;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.TokenUsage;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.Samples;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SchemaModelTest {
  private static final TokenUsage USAGE = new TokenUsage(10, 0, 0, 0, 7, 0);
  private static final ModelSettings PLAIN = Samples.model("openai", "http://x/v1");
  private static final ModelSettings LABELLED = Samples.withSchema(PLAIN);

  private static CompletableFuture<Completion> ask(
      ModelSettings model, @Nullable String text, FinishReason reason) {
    Completion answer = new Completion(text, null, reason, null, null, null, USAGE, false);
    ModelProvider provider = request -> CompletableFuture.completedFuture(answer);
    return SchemaModel.of(model, provider)
        .complete(
            new InferenceRequest(
                Fingerprint.of(new byte[Fingerprint.BYTES]),
                "m",
                List.of(new Message(Message.USER, "hi"))));
  }

  @Test
  void whatFulfilsTheSchemaIsTheAnswer() {
    assertThat(ask(LABELLED, "{\"label\":\"a\"}", FinishReason.STOP).join().text())
        .isEqualTo("{\"label\":\"a\"}");
  }

  @Test
  void withoutASchemaAnyTextIsAnAnswer() {
    assertThat(ask(PLAIN, "a", FinishReason.STOP).join().text()).isEqualTo("a");
  }

  @Test
  void whatDoesNotIsPaidAndOfNoUse() throws Exception {
    ProviderException failure = Samples.failure(ask(LABELLED, "{\"lab", FinishReason.LENGTH));

    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_RESPONSE);
    assertThat(failure.billing()).isEqualTo(Billing.BILLED);
    assertThat(failure.details().usage()).isEqualTo(USAGE);
    assertThat(failure.details().rawBody()).isEqualTo("{\"lab");
    assertThat(failure)
        .hasMessage(
            "the answer (finish reason LENGTH) does not fulfil prompt.response_schema: it is no"
                + " JSON");
  }

  @Test
  void anAnswerWithoutTextIsOfNoUseEither() throws Exception {
    ProviderException failure = Samples.failure(ask(LABELLED, null, FinishReason.CONTENT_FILTER));

    assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_RESPONSE);
    assertThat(failure.details().rawBody()).isEmpty();
  }
}
