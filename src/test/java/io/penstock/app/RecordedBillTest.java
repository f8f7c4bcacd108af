package io.penstock.app;

import static io.penstock.provider.Samples.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.Completion;
import io.penstock.domain.ModelSettings;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice;
import io.penstock.provider.ProviderDialect;
import io.penstock.provider.Samples;
import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What recorded answers cost by the price list, to the last digit. */
final class RecordedBillTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # 483 plain, 1,024 cached, 512 written to the cache, 310 out
          openai/completion.json | openai/gpt-5.6-luna | 483 * 0.2 + 1024 * 0.02 + 512 * 0.25 + 310 * 1.2
          # no price for writing: as plain input
          openai/completion.json | openai/gpt-4o-mini | 995 * 0.15 + 1024 * 0.075 + 310 * 0.6
          # reasoning is output
          openai/completion-reasoned-to-the-end.json | openai/gpt-5-mini | 31 * 0.25 + 256 * 2
          openai/azure/completion.json | openai/gpt-4o-mini | 148 * 0.15 + 1152 * 0.075 + 7 * 0.6
          openai/servers/groq.json | groq/openai/gpt-oss-120b | 14 * 0.15 + 64 * 0.075 + 30 * 0.6
          # no price for reading from the cache: as plain input
          openai/servers/together.json | together/meta-llama/Llama-3.3-70B-Instruct-Turbo | 41 * 0.88 + 2 * 0.88
          openai/servers/mistral.json | mistral/mistral-medium-2604 | 4 * 1.5 + 16 * 0.15 + 32 * 7.5
          openai/servers/deepseek.json | deepseek/deepseek-v4-pro | 36 * 1.32 + 64 * 0.044 + 40 * 3.96
          # 100 plain, 2,000 read, 10 written for five minutes, 20 for an hour, 503 out with thinking
          anthropic/message.json | anthropic/claude-haiku-4-5 | 100 * 1 + 2000 * 0.1 + 10 * 1.25 + 20 * 2 + 503 * 5
          anthropic/message-hour-cached.json | anthropic/claude-sonnet-5-5 | 7 * 2 + 4096 * 4 + 5 * 10
          anthropic/message-cached-without-parts.json | anthropic/claude-fable-5-2 | 7 * 8 + 4096 * 0.2 + 1500 * 10 + 5 * 40
          anthropic/message-thought-to-the-end.json | anthropic/claude-sonnet-5 | 31 * 2 + 2048 * 10
          """)
  void costsWhatTheProviderBills(String file, String listed, String millionths) throws Exception {
    String dialectName = file.substring(0, file.indexOf('/'));
    ModelSettings model = Samples.model(dialectName, "http://x/v1");
    ProviderDialect dialect = JobWiring.dialect(model);

    Completion answer = dialect.codec(model).decode(Samples.request("hi"), recorded(file));

    assertThat(price(listed).cost(answer.usage())).isEqualTo(sum(millionths));
  }

  private static ModelPrice price(String listed) {
    int slash = listed.indexOf('/');
    return JobFile.standardPrices()
        .find(listed.substring(0, slash), listed.substring(slash + 1))
        .orElseThrow();
  }

  /** Of products of tokens and USD per million tokens. */
  private static Usd sum(String millionths) {
    BigDecimal sum = BigDecimal.ZERO;
    for (String product : millionths.split(" \\+ ")) {
      String[] factors = product.split(" \\* ");
      sum = sum.add(new BigDecimal(factors[0]).multiply(new BigDecimal(factors[1])));
    }
    return new Usd(sum.movePointLeft(6));
  }
}
