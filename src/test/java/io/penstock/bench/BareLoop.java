package io.penstock.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * What one would write by hand: asynchronous calls under a semaphore, text and usage of each answer
 * appended to a file. It keeps nothing that a crash would lose, retries nothing and knows no price.
 */
final class BareLoop implements Client {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType JSON_TYPE = MediaType.get("application/json");

  @Override
  public CpuTime call(Prompts prompts, String origin, Path folder)
      throws IOException, InterruptedException {
    // a long tail is longer than the default timeout
    OkHttpClient client = new OkHttpClient.Builder().readTimeout(Duration.ZERO).build();
    client.dispatcher().setMaxRequests(prompts.inFlight());
    client.dispatcher().setMaxRequestsPerHost(prompts.inFlight());
    Request template = new Request.Builder().url(origin + "/v1/chat/completions").build();
    long before = ProcessCpu.nanos();
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve("answers.jsonl")))) {
      Answers answers = new Answers(new Semaphore(prompts.inFlight()), out);
      for (int row = 0; row < prompts.count(); row++) {
        answers.permits.acquire();
        RequestBody body = RequestBody.create(prompts.body(prompts.question(row)), JSON_TYPE);
        client.newCall(template.newBuilder().post(body).build()).enqueue(answers);
      }
      answers.permits.acquire(prompts.inFlight());
      answers.failIfAny();
    } finally {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
    long used = ProcessCpu.nanos() - before;
    return new CpuTime(used, used);
  }

  /** Takes the answers in whatever order they come. */
  private static final class Answers implements Callback {
    private final Semaphore permits;
    private final OutputStream out;
    private final AtomicReference<IOException> failure = new AtomicReference<>();

    Answers(Semaphore permits, OutputStream out) {
      this.permits = permits;
      this.out = out;
    }

    @Override
    public void onFailure(Call call, IOException cause) {
      failure.compareAndSet(null, cause);
      permits.release();
    }

    @Override
    public void onResponse(Call call, Response response) {
      try (response) {
        JsonNode answer = JSON.readTree(response.body().bytes());
        byte[] line = JSON.writeValueAsBytes(line(answer));
        synchronized (out) {
          out.write(line);
          out.write('\n');
        }
      } catch (IOException e) {
        failure.compareAndSet(null, e);
      } finally {
        permits.release();
      }
    }

    private static JsonNode line(JsonNode answer) {
      JsonNode usage = answer.path("usage");
      return JSON.createObjectNode()
          .put("id", answer.path("id").asText())
          .put("text", answer.path("choices").path(0).path("message").path("content").asText())
          .put("input_tokens", usage.path("prompt_tokens").asLong())
          .put("output_tokens", usage.path("completion_tokens").asLong());
    }

    void failIfAny() throws IOException {
      if (failure.get() != null) {
        throw new IOException("The bare loop failed", failure.get());
      }
    }
  }
}
