package io.penstock.provider.http;

import static io.penstock.provider.Samples.answer;
import static io.penstock.provider.Samples.request;

import io.penstock.domain.Completion;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderSecrets;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.Samples;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import okhttp3.HttpUrl;

/** Warms up and makes calls at once, in a JVM of its own; prints the answers. */
final class ManyCalls {
  static final int CALLS = 20;

  private ManyCalls() {}

  public static void main(String[] arguments) throws Exception {
    ModelSettings settings = Samples.model("plain", arguments[0]);
    ModelProvider model =
        new HttpProviderFactory(List.of(new PlainDialect()))
            .connect(settings, ProviderSecrets.NONE, CALLS, learnt -> {});
    answer(WarmUp.start(HttpUrl.get(arguments[0]), Route.PLAIN));
    List<CompletableFuture<Completion>> answers =
        IntStream.range(0, CALLS).mapToObj(i -> model.complete(request("call " + i))).toList();
    for (CompletableFuture<Completion> one : answers) {
      System.out.println(answer(one).text());
    }
  }
}
