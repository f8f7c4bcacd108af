package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.ModelPrice.Rates;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator bills, per model, in exact decimals. Confined to its recorder's lock.
 *
 * <p>Each answer is priced by itself with {@link ModelPrice#cost}. The price that is printed beside
 * a sum is the model's standard one; where a tier made long prompts dearer, the sum is larger than
 * tokens times price.
 */
final class Invoice {
  private static final long ONE = 1;
  private final Map<String, ModelBill> bills = new TreeMap<>();

  /**
   * One generated answer.
   *
   * @param price null for a model without a price, whose answers are counted and not billed
   */
  record Charge(String model, @Nullable ModelPrice price, TokenUsage usage) {
    /** Input and output together. */
    long tokens() {
      return usage.inputTokens() + usage.outputTokens();
    }

    private BigDecimal total() {
      return price == null ? BigDecimal.ZERO : price.cost(usage).amount();
    }

    private BigDecimal input() {
      return price == null
          ? BigDecimal.ZERO
          : price.cost(TokenUsage.of(usage.inputTokens(), 0)).amount();
    }
  }

  /** Sums over the delivered or the undelivered answers of a model. */
  private static final class Sums {
    private long answers;
    private long inputTokens;
    private long outputTokens;
    private BigDecimal inputUsd = BigDecimal.ZERO;
    private BigDecimal totalUsd = BigDecimal.ZERO;

    /**
     * @param sign 1 to add, -1 to take away
     */
    void add(Charge charge, long sign) {
      BigDecimal factor = BigDecimal.valueOf(sign);
      answers += sign;
      inputTokens += sign * charge.usage().inputTokens();
      outputTokens += sign * charge.usage().outputTokens();
      inputUsd = inputUsd.add(charge.input().multiply(factor));
      totalUsd = totalUsd.add(charge.total().multiply(factor));
    }
  }

  /** One model's part of the invoice. */
  private static final class ModelBill {
    private final @Nullable ModelPrice price;
    private final Sums delivered = new Sums();
    private final Sums undelivered = new Sums();

    ModelBill(@Nullable ModelPrice price) {
      this.price = price;
    }

    long answers() {
      return delivered.answers + undelivered.answers;
    }
  }

  void addDelivered(Charge charge) {
    bill(charge).delivered.add(charge, ONE);
  }

  void addUndelivered(Charge charge) {
    bill(charge).undelivered.add(charge, ONE);
  }

  /** For a charge that was added as delivered. */
  void moveToUndelivered(Charge charge) {
    bill(charge).delivered.add(charge, -ONE);
    bill(charge).undelivered.add(charge, ONE);
  }

  /** Input and output tokens of the delivered answers. */
  long deliveredTokens() {
    return bills.values().stream()
        .mapToLong(bill -> bill.delivered.inputTokens + bill.delivered.outputTokens)
        .sum();
  }

  private ModelBill bill(Charge charge) {
    return bills.computeIfAbsent(charge.model(), absent -> new ModelBill(charge.price()));
  }

  byte[] toJson() {
    return WireDialect.json(this::write);
  }

  private void write(JsonGenerator json) throws IOException {
    json.writeStringField("currency", "USD");
    json.writeObjectFieldStart("models");
    BigDecimal deliveredUsd = BigDecimal.ZERO;
    BigDecimal undeliveredUsd = BigDecimal.ZERO;
    long unpriced = 0;
    for (Map.Entry<String, ModelBill> entry : bills.entrySet()) {
      ModelBill bill = entry.getValue();
      deliveredUsd = deliveredUsd.add(bill.delivered.totalUsd);
      undeliveredUsd = undeliveredUsd.add(bill.undelivered.totalUsd);
      unpriced += bill.price == null ? bill.answers() : 0;
      json.writeObjectFieldStart(entry.getKey());
      writeBill(json, bill);
      json.writeEndObject();
    }
    json.writeEndObject();
    writeUsd(json, "delivered_usd", deliveredUsd);
    writeUsd(json, "undelivered_usd", undeliveredUsd);
    writeUsd(json, "total_usd", deliveredUsd.add(undeliveredUsd));
    json.writeNumberField("unpriced_requests", unpriced);
  }

  private static void writeBill(JsonGenerator json, ModelBill bill) throws IOException {
    Sums delivered = bill.delivered;
    Sums undelivered = bill.undelivered;
    @Nullable Rates rates = bill.price == null ? null : bill.price.standard();
    BigDecimal inputUsd = delivered.inputUsd.add(undelivered.inputUsd);
    BigDecimal totalUsd = delivered.totalUsd.add(undelivered.totalUsd);
    writeKind(
        json,
        "input",
        delivered.inputTokens + undelivered.inputTokens,
        rates == null ? null : rates.input(),
        inputUsd);
    // the simulator has no prompt cache
    writeKind(json, "cached_input", 0, rates == null ? null : cached(rates), BigDecimal.ZERO);
    writeKind(json, "cache_write", 0, rates == null ? null : write(rates), BigDecimal.ZERO);
    writeKind(
        json,
        "output",
        delivered.outputTokens + undelivered.outputTokens,
        rates == null ? null : rates.output(),
        totalUsd.subtract(inputUsd));
    json.writeNumberField("requests", bill.answers());
    writeUsd(json, "usd", totalUsd);
    writeSums(json, "delivered", delivered);
    writeSums(json, "undelivered", undelivered);
  }

  private static BigDecimal cached(Rates rates) {
    return rates.cachedInput() == null ? rates.input() : rates.cachedInput();
  }

  private static BigDecimal write(Rates rates) {
    return rates.cacheWrite() == null ? rates.input() : rates.cacheWrite();
  }

  private static void writeKind(
      JsonGenerator json, String kind, long tokens, @Nullable BigDecimal price, BigDecimal usd)
      throws IOException {
    json.writeObjectFieldStart(kind);
    json.writeNumberField("tokens", tokens);
    json.writeStringField("price_per_million", price == null ? null : price.toPlainString());
    writeUsd(json, "usd", usd);
    json.writeEndObject();
  }

  private static void writeSums(JsonGenerator json, String name, Sums sums) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("requests", sums.answers);
    json.writeNumberField("input_tokens", sums.inputTokens);
    json.writeNumberField("output_tokens", sums.outputTokens);
    writeUsd(json, "usd", sums.totalUsd);
    json.writeEndObject();
  }

  private static void writeUsd(JsonGenerator json, String field, BigDecimal amount)
      throws IOException {
    json.writeStringField(field, new Usd(amount).toString());
  }
}
