package io.penstock.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.JobSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JobWiringTest {
  @TempDir Path folder;

  @Test
  void modelsCarryTheAccountThatTheyShareAndItsLimits() throws IOException {
    Map<String, JobSetup.Model> models =
        wire(
            "models.cold={provider: openai, model: gpt-4o-mini, temperature: 0}",
            "models.own={provider: own, model: llama}",
            "providers.own={dialect: openai, base_url: 'http://localhost'}",
            "routing=[{when: a, model: small}, {when: b, model: cold}, {model: own}]",
            "limits={openai/gpt-4o-mini: {requests_per_minute: 500, share: 0.5}}");

    assertThat(models.get("small").accountModel()).isEqualTo("openai/gpt-4o-mini");
    assertThat(models.get("cold").accountModel()).isEqualTo("openai/gpt-4o-mini");
    assertThat(models.get("cold").limits().requestsPerMinute()).isEqualTo(500);
    assertThat(models.get("own").accountModel()).isEqualTo("own/llama");
    assertThat(models.get("own").limits()).isNull();
  }

  @Test
  void theSimulatorInsideTheJobIsAnAccountToo() throws IOException {
    Map<String, JobSetup.Model> models =
        wire(
            "models.small.provider=simulator",
            "limits={simulator/gpt-4o-mini: {max_in_flight: 3}}");

    assertThat(models.get("small").accountModel()).isEqualTo("simulator/gpt-4o-mini");
    assertThat(models.get("small").limits().maxInFlight()).isEqualTo(3);
  }

  private Map<String, JobSetup.Model> wire(String... sets) throws IOException {
    Path job = new JobHarness(folder).job("http://127.0.0.1:1");
    JobFile file = JobFile.read(job.toString(), List.of(sets), JobWiring.DIALECTS);
    try (JobWiring wiring = JobWiring.of(file)) {
      return wiring.setup().models().stream()
          .collect(Collectors.toMap(model -> model.settings().name(), Function.identity()));
    }
  }
}
