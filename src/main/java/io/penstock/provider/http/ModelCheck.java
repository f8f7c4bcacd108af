package io.penstock.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ProviderException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Asks for a model by name, then for the list of models, since not every server offers the first;
 * or sends the codec's probe, where it has one. None is billed by any provider.
 *
 * @param template with the URL of the list, or of the probe
 */
record ModelCheck(
    ModelSettings model,
    ModelCodec codec,
    OkHttpClient client,
    Request template,
    SecretMask mask,
    AnswerReader reader,
    InstantSource clock) {
  static final String PATH = "/models";

  /** Owner of the one model of a llama.cpp server, which answers whatever name is asked for. */
  private static final String ANY_NAME = "llamacpp";

  private static final int OK = 200;
  private static final int NO_SUCH_PATH = 404;
  private static final int NO_SUCH_METHOD = 405;

  /** False where the server answers neither question. */
  boolean run() throws ProviderException {
    byte[] probe = codec.probe();
    return probe == null ? ask() : probe(probe);
  }

  private boolean probe(byte[] body) throws ProviderException {
    HttpAnswer answer = send(template.newBuilder().post(new OneShotJson(body)));
    if (answer.status() == OK) {
      return true;
    }
    ProviderException refusal = refusal(answer);
    if (refusal.kind() == FailureKind.INVALID_REQUEST) {
      return true;
    }
    throw refusal;
  }

  private ProviderException refusal(HttpAnswer answer) {
    return mask.mask(codec.refusal(answer, RetryDelay.read(answer, clock).orElse(null)), prefix());
  }

  private boolean ask() throws ProviderException {
    HttpUrl byName = template.url().newBuilder().addPathSegments(model.requestModel()).build();
    HttpAnswer one = get(byName);
    if (one.status() == OK) {
      return true;
    }
    HttpAnswer all = isMissing(one) ? get(template.url()) : one;
    if (all.status() != OK) {
      if (isMissing(all)) {
        return false;
      }
      throw refusal(all);
    }
    if (!lists(all)) {
      throw new ProviderException(
          FailureKind.NOT_FOUND,
          ProviderException.Billing.NOT_BILLED,
          NO_SUCH_PATH,
          prefix() + "the provider does not list this model",
          ProviderException.Details.NONE);
    }
    return true;
  }

  private static boolean isMissing(HttpAnswer answer) {
    return answer.status() == NO_SUCH_PATH || answer.status() == NO_SUCH_METHOD;
  }

  private boolean lists(HttpAnswer answer) throws ProviderException {
    JsonNode list = WireJson.read(answer.body());
    for (JsonNode listed : list.isArray() ? list : list.path("data")) {
      boolean isNamed = listed.path("id").asText().equals(model.requestModel());
      if (isNamed || listed.path("owned_by").asText().equals(ANY_NAME)) {
        return true;
      }
    }
    return false;
  }

  private HttpAnswer get(HttpUrl url) throws ProviderException {
    return send(template.newBuilder().url(url).get());
  }

  private HttpAnswer send(Request.Builder request) throws ProviderException {
    SendTrace trace = new SendTrace();
    Request traced = request.tag(SendTrace.class, trace).build();
    Call call = client.newCall(traced);
    call.timeout().timeout(model.endpoint().requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
    try (Response response = call.execute()) {
      return reader.read(response);
    } catch (IOException e) {
      throw mask.mask(trace.failure(e, Route.describe(model.endpoint(), traced.url())), prefix());
    }
  }

  private String prefix() {
    return model.endpoint().name() + "/" + model.requestModel() + ": ";
  }
}
