package io.penstock.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ModelPriceTest {
  private static final Rates FULL = rates("3", "0.3", "3.75", "6", "15");
  private static final ModelPrice PRICE = new ModelPrice(FULL, List.of(), null, null);

  @Test
  void costsToTheLastDigit() {
    ModelPrice price = new ModelPrice(rates("0.15", null, null, null, "0.6"), List.of(), 1L, 1L);

    Usd cost = price.cost(TokenUsage.of(7, 3));

    assertThat(cost).isEqualTo(Usd.of("0.00000285")); // (7 x 0.15 + 3 x 0.6) / 1,000,000
  }

  @Test
  void oneTokenAtTheSmallestPriceCostsTheLastDigitOfTheResults() {
    ModelPrice price = new ModelPrice(rates("0.000001", null, null, null, "1"), List.of(), 1L, 1L);

    Usd cost = price.cost(TokenUsage.of(1, 0));

    assertThat(cost).isEqualTo(Usd.of("0.000000000001"));
    assertThat(cost.amount().scale()).isEqualTo(Usd.SCALE);
  }

  @Test
  void eachPartOfTheInputHasItsOwnPrice() {
    // 1000 in all: 600 read from the cache, 300 written, of these 100 for an hour; so 100 plain
    TokenUsage usage = new TokenUsage(1000, 600, 300, 100, 10, 4);

    Usd cost = PRICE.cost(usage);

    // (100 x 3 + 600 x 0.3 + 200 x 3.75 + 100 x 6 + 10 x 15) / 1,000,000; reasoning is output
    assertThat(cost).isEqualTo(Usd.of("0.00198"));
  }

  @Test
  void pricesThatAreNotGivenAreThoseOfTheInput() {
    ModelPrice price = new ModelPrice(rates("2", null, null, null, "10"), List.of(), null, null);

    assertThat(price.cost(new TokenUsage(100, 50, 50, 20, 0, 0))).isEqualTo(Usd.of("0.0002"));
  }

  @Test
  void longWritesCostAsShortOnesUnlessGiven() {
    ModelPrice price = new ModelPrice(rates("2", null, "3", null, "10"), List.of(), null, null);

    assertThat(price.cost(new TokenUsage(100, 0, 100, 40, 0, 0))).isEqualTo(Usd.of("0.0003"));
  }

  @Test
  void aTierHoldsForTheWholeRequestOnceTheInputIsLarger() {
    Tier large = new Tier(100, rates("4", null, null, null, "30"));
    Tier huge = new Tier(1000, rates("8", null, null, null, "60"));
    ModelPrice price =
        new ModelPrice(rates("2", null, null, null, "10"), List.of(huge, large), null, null);

    assertThat(price.cost(TokenUsage.of(100, 1))).isEqualTo(Usd.of("0.00021"));
    assertThat(price.cost(TokenUsage.of(101, 1))).isEqualTo(Usd.of("0.000434"));
    assertThat(price.cost(TokenUsage.of(1001, 1))).isEqualTo(Usd.of("0.008068"));
  }

  @Test
  void theWorstCaseTakesTheDearestInput() {
    assertThat(PRICE.worstCase(1000, 10)).isEqualTo(Usd.of("0.00615")); // 1000 x 6 + 10 x 15
  }

  @Test
  void noSplitOfTheTokensCostsMoreThanTheWorstCase() {
    Tier tier = new Tier(500, rates("6", "0.6", "7.5", "12", "22.5"));
    ModelPrice price = new ModelPrice(FULL, List.of(tier), null, null);
    Random random = new Random(7);
    Usd worst = price.worstCase(1000, 100);

    for (int i = 0; i < 2000; i++) {
      assertThat(price.cost(randomUsage(random, 1000, 100))).isLessThanOrEqualTo(worst);
    }
    assertThat(price.cost(new TokenUsage(1000, 0, 1000, 1000, 100, 0))).isEqualTo(worst);
  }

  @Test
  void theWorstCaseHoldsWhereMoreTokensAreCheaper() {
    Tier discount = new Tier(500, rates("1", null, null, null, "5"));
    ModelPrice price = new ModelPrice(FULL, List.of(discount), null, null);

    Usd worst = price.worstCase(501, 100); // at most so many: a call of 500 is dearer

    assertThat(price.cost(TokenUsage.of(500, 100))).isLessThanOrEqualTo(worst);
  }

  private static TokenUsage randomUsage(Random random, int maxInput, int maxOutput) {
    int input = random.nextInt(maxInput + 1);
    int read = random.nextInt(input + 1);
    int written = random.nextInt(input - read + 1);
    int longWritten = random.nextInt(written + 1);
    return new TokenUsage(input, read, written, longWritten, random.nextInt(maxOutput + 1), 0);
  }

  private static Rates rates(
      String input, String cached, String write, String longWrite, String output) {
    return new Rates(
        decimal(input), decimal(cached), decimal(write), decimal(longWrite), decimal(output));
  }

  private static BigDecimal decimal(String number) {
    return number == null ? null : new BigDecimal(number);
  }
}
