package io.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.penstock.cluster.Messages.Activity;
import java.util.List;
import org.junit.jupiter.api.Test;

class DriverMetricsTest {
  private final LeaseBook book = new LeaseBook(() -> 0);
  private final FakeExecutors executors = new FakeExecutors(book);
  private final MetricRegistry registry = new MetricRegistry();
  private final DriverMetrics metrics = new DriverMetrics(registry, book);

  private void tell(String executor, Counts counts) {
    executors.renew(executor, new Activity("r1", null, true, counts, List.of(), null, null));
    metrics.executor(executor);
  }

  private Object value(String name) {
    return registry.getGauges().get(name).getValue();
  }

  @Test
  void eachExecutorsFiguresAddUpToTheSum() {
    executors.begin("r1");
    tell("1", Told.counts(2, 1, 3, 5));
    tell("2", Told.counts(5, 0, 0, 6));
    tell("2", Told.counts(6, 0, 0, 6));

    assertThat(value("executor.1.requests.answered")).isEqualTo(2L);
    assertThat(value("executor.2.requests.answered")).isEqualTo(6L);
    assertThat(value("total.requests.answered")).isEqualTo(8L);
    assertThat(value("total.attempts")).isEqualTo(11L);
    assertThat(value("total.attempts.rate_limited")).isEqualTo(1L);
    assertThat(value("total.gen_ai.client.token.usage.input")).isEqualTo(56L);
    assertThat(value("total.gen_ai.client.token.usage.output")).isEqualTo(24L);
    assertThat(value("total.cost_usd")).isEqualTo(16e-12);
    assertThat(value("executors")).isEqualTo(2);
  }

  @Test
  void figuresOfOneThatIsGoneStay() {
    executors.begin("r1");
    tell("1", Told.counts(2, 1, 3, 5));
    book.remove("1");
    executors.begin("r2");

    assertThat(value("executor.1.requests.failed")).isEqualTo(1L);
    assertThat(value("total.requests.failed")).isEqualTo(1L);
    assertThat(value("executors")).isEqualTo(0);
  }

  @Test
  void noNameIsOneOfAnExecutorInTheSameJvm() {
    MetricRegistry own = new MetricRegistry();
    CallMeter meter = new CallMeter(own);
    meter.failed();
    metrics.executor("driver");

    assertThat(own.getNames()).isNotEmpty();
    assertThat(registry.getNames()).doesNotContainAnyElementsOf(own.getNames());
  }
}
