package io.penstock.provider.http;

import io.penstock.domain.Completion;
import io.penstock.domain.InferenceRequest;
import io.penstock.domain.ModelSettings;
import io.penstock.provider.HttpAnswer;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One model over HTTP: a request out, one answer or one failure back. Thread-safe. */
final class HttpModel implements ModelProvider {
  private final ModelSettings model;
  private final ModelCodec codec;
  private final Line line;

  /**
   * What carries the calls of a model.
   *
   * @param template the request without its body
   */
  record Line(
      OkHttpClient client,
      Request template,
      SecretMask mask,
      AnswerReader reader,
      RateHeaders rates,
      InstantSource clock) {}

  HttpModel(ModelSettings model, ModelCodec codec, Line line) {
    this.model = model;
    this.codec = codec;
    this.line = line;
  }

  @Override
  public CompletableFuture<Completion> complete(InferenceRequest request) {
    SendTrace trace = new SendTrace();
    Request post =
        line.template
            .newBuilder()
            .post(new OneShotJson(codec.encode(request)))
            .tag(SendTrace.class, trace)
            .build();
    Call call = line.client.newCall(post);
    call.timeout().timeout(model.endpoint().requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
    Exchange exchange = new Exchange(request, trace);
    call.enqueue(exchange);
    return exchange.future;
  }

  /** One request under way. */
  private final class Exchange implements Callback {
    private final CompletableFuture<Completion> future = new CompletableFuture<>();
    private final InferenceRequest request;
    private final SendTrace trace;

    Exchange(InferenceRequest request, SendTrace trace) {
      this.request = request;
      this.trace = trace;
    }

    @Override
    public void onFailure(Call call, IOException cause) {
      fail(trace.failure(cause, Route.describe(model.endpoint(), line.template.url())), cause);
    }

    @Override
    public void onResponse(Call call, Response response) {
      try (response) {
        HttpAnswer answer = line.reader.read(response);
        line.rates.read(answer);
        if (!response.isSuccessful()) {
          throw new Refusals(model, codec, line.template.url(), line.clock).of(answer);
        }
        future.complete(codec.decode(request, answer.body()));
      } catch (ProviderException e) {
        fail(e);
      } catch (RuntimeException | Error e) {
        // whatever went wrong here: the caller is not left waiting
        fail(WireJson.unreadable("reading it failed: " + e, new byte[0], null), e);
      }
    }

    private void fail(ProviderException failure, Throwable cause) {
      failure.initCause(line.mask.mask(cause));
      fail(failure);
    }

    private void fail(ProviderException failure) {
      String prefix = model.endpoint().name() + "/" + model.requestModel() + ": ";
      future.completeExceptionally(line.mask.mask(failure, prefix));
    }
  }
}
