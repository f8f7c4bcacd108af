package io.penstock.provider.http;

import io.penstock.domain.FailureKind;
import io.penstock.domain.ModelSettings;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderException.Billing;
import io.penstock.provider.ProviderException.Details;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of a model's Batch API, each once, and takes the whole answers. Failures are
 * told without secrets. Thread-safe.
 */
final class BatchCalls {
  private static final int FAILED = 500;
  private static final int OVERLOADED = 529;
  private static final int MOST_REDIRECTS = 3;

  private final Line line;
  private final OkHttpClient patient;

  /**
   * What carries the calls of a model.
   *
   * @param templates the request without its body, by its path below the base URL
   */
  record Line(
      ModelSettings model,
      OkHttpClient client,
      Function<String, Request> templates,
      Refusals refusals,
      SecretMask mask,
      AnswerReader reader) {}

  BatchCalls(Line line) {
    this.line = line;
    Duration silence = line.model.endpoint().requestTimeout();
    this.patient = line.client.newBuilder().readTimeout(silence).writeTimeout(silence).build();
  }

  /** A request to a path below the base URL. */
  Request at(String path) {
    return line.templates.apply(path);
  }

  /** Asks for something, or to end something: what fails has cost nothing. */
  byte[] ask(Request request) throws ProviderException {
    try {
      return answer(request, this::bounded);
    } catch (ProviderException e) {
      throw ofNoCost(e);
    }
  }

  /** Has something made that may be paid for. */
  byte[] order(Request request) throws ProviderException {
    return answer(request, this::bounded);
  }

  /**
   * The same of what takes as long as its bytes take: the request timeout counts from each byte to
   * the next.
   */
  byte[] order(Request request, LinesBody lines) throws ProviderException {
    try {
      return answer(request, patient::newCall);
    } catch (ProviderException e) {
      IOException unread = lines.unread().orElse(null);
      throw unread == null ? e : unsent(unread);
    }
  }

  private ProviderException unsent(IOException cause) {
    String message = "the lines of the batch could not be read, it was not sent whole: " + cause;
    return told(
        new ProviderException(FailureKind.NETWORK, Billing.NOT_BILLED, 0, message, Details.NONE),
        cause);
  }

  /**
   * Opens what is read while it comes, for as long as it comes. Where another server keeps it, that
   * one is asked without a key.
   */
  Response open(String path) throws ProviderException {
    Request request = at(path);
    try {
      for (int hops = 0; hops < MOST_REDIRECTS; hops++) {
        Response response = send(request, patient::newCall);
        HttpUrl elsewhere = elsewhere(response);
        if (elsewhere == null) {
          return checked(response);
        }
        response.close();
        request = follow(elsewhere);
      }
    } catch (ProviderException e) {
      throw ofNoCost(e);
    }
    throw broken(new IOException("redirected too often"));
  }

  /** A download broke off; what of it was read has cost nothing. */
  ProviderException broken(IOException cause) {
    String host = Route.describe(line.model.endpoint(), at("/").url());
    String message = "the results from %s broke off: %s".formatted(host, cause);
    return told(
        new ProviderException(FailureKind.NETWORK, Billing.NOT_BILLED, 0, message, Details.NONE),
        cause);
  }

  /** The same failure, told without secrets and with the model's name. */
  ProviderException told(ProviderException failure) {
    String prefix = line.model.endpoint().name() + "/" + line.model.requestModel() + ": ";
    return line.mask.mask(failure, prefix);
  }

  /** Words of the provider without secrets. */
  String masked(String words) {
    return line.mask.mask(words);
  }

  private ProviderException told(ProviderException failure, Throwable cause) {
    failure.initCause(line.mask.mask(cause));
    return told(failure);
  }

  private static ProviderException ofNoCost(ProviderException failure) {
    return failure.billing() == Billing.POSSIBLE
        ? failure.withBilling(Billing.NOT_BILLED)
        : failure;
  }

  private byte[] answer(Request request, Call.Factory calls) throws ProviderException {
    try (Response response = checked(send(request, calls))) {
      return read(response).body();
    }
  }

  private HttpAnswer read(Response response) throws ProviderException {
    try {
      return line.reader.read(response);
    } catch (ProviderException e) {
      throw told(e);
    }
  }

  /** Closed where it is a refusal. */
  private Response checked(Response response) throws ProviderException {
    if (response.isSuccessful()) {
      return response;
    }
    try (response) {
      HttpAnswer answer = read(response);
      ProviderException refusal = line.refusals.of(answer);
      throw told(mayHaveRun(answer) ? refusal.withBilling(Billing.POSSIBLE) : refusal);
    }
  }

  /**
   * A server that failed may have done before what it was asked, also where a gateway says that it
   * is not there. Only the API's own status for an overload says that it has not.
   */
  private static boolean mayHaveRun(HttpAnswer answer) {
    return answer.status() >= FAILED && answer.status() != OVERLOADED;
  }

  private Call bounded(Request request) {
    Call call = line.client.newCall(request);
    call.timeout()
        .timeout(line.model.endpoint().requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
    return call;
  }

  private Response send(Request request, Call.Factory calls) throws ProviderException {
    SendTrace trace = new SendTrace();
    Request traced = request.newBuilder().tag(SendTrace.class, trace).build();
    try {
      return calls.newCall(traced).execute();
    } catch (IOException e) {
      throw told(trace.failure(e, Route.describe(line.model.endpoint(), traced.url())), e);
    }
  }

  /** Where another address has what was asked for; null where this one has, or none. */
  private static @Nullable HttpUrl elsewhere(Response response) {
    HttpUrl asked = response.request().url();
    String location = response.isRedirect() ? response.header("Location") : null;
    HttpUrl target = location == null ? null : asked.resolve(location);
    return target == null || (asked.isHttps() && !target.isHttps()) ? null : target;
  }

  private Request follow(HttpUrl target) {
    Request own = at("/");
    boolean isOwn =
        own.url().scheme().equals(target.scheme())
            && own.url().host().equals(target.host())
            && own.url().port() == target.port();
    Request.Builder bare = new Request.Builder().header("User-Agent", "penstock");
    return (isOwn ? own.newBuilder() : bare).url(target).build();
  }
}
