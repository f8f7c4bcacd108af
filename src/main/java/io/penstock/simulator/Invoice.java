package io.penstock.simulator;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.domain.TokenUsage;
import io.penstock.domain.Usd;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.ModelPrice.Rates;
import io.penstock.pricing.ModelPrice.Tier;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the simulator bills, per model and kind of token, in exact decimals, that of batches apart.
 * Confined to its recorder's lock.
 *
 * <p>Each answer is priced by itself, from the tokens that its body tells, by arithmetic of its
 * own: so a job's costs can be checked against it. The price that is printed beside a sum is the
 * model's standard one; where a tier made long prompts dearer, the sum is larger than tokens times
 * price.
 */
final class Invoice {
  private static final long ONE = 1;

  /** Prices are per this many tokens. */
  private static final int MILLION_DIGITS = 6;

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

    private BigDecimal usd(PriceKind kind) {
      return price == null
          ? BigDecimal.ZERO
          : kind.rate(rates(price))
              .multiply(BigDecimal.valueOf(kind.tokens(usage)))
              .movePointLeft(MILLION_DIGITS);
    }

    private Rates rates(ModelPrice listed) {
      long highest = -1;
      Rates rates = listed.standard();
      for (Tier tier : listed.tiers()) {
        if (usage.inputTokens() > tier.aboveInputTokens() && tier.aboveInputTokens() > highest) {
          highest = tier.aboveInputTokens();
          rates = tier.rates();
        }
      }
      return rates;
    }
  }

  /** Sums over the delivered or the undelivered answers of a model. */
  private static final class Sums {
    private final EnumMap<PriceKind, Long> tokens = new EnumMap<>(PriceKind.class);
    private final EnumMap<PriceKind, BigDecimal> usd = new EnumMap<>(PriceKind.class);
    private long answers;

    /**
     * @param sign 1 to add, -1 to take away
     */
    void add(Charge charge, long sign) {
      answers += sign;
      for (PriceKind kind : PriceKind.values()) {
        tokens.merge(kind, sign * kind.tokens(charge.usage()), Long::sum);
        usd.merge(kind, charge.usd(kind).multiply(BigDecimal.valueOf(sign)), BigDecimal::add);
      }
    }

    long tokens(PriceKind kind) {
      return tokens.getOrDefault(kind, 0L);
    }

    BigDecimal usd(PriceKind kind) {
      return usd.getOrDefault(kind, BigDecimal.ZERO);
    }

    long inputTokens() {
      return allTokens() - tokens(PriceKind.OUTPUT);
    }

    long allTokens() {
      return tokens.values().stream().mapToLong(Long::longValue).sum();
    }

    BigDecimal totalUsd() {
      return usd.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }
  }

  /** One model's part of the invoice. */
  private static final class ModelBill {
    private @Nullable ModelPrice price;
    private @Nullable ModelPrice batchPrice;
    private final Sums delivered = new Sums();
    private final Sums undelivered = new Sums();
    private final Sums batch = new Sums();

    long answers() {
      return delivered.answers + undelivered.answers + batch.answers;
    }

    long unpriced() {
      return (price == null ? delivered.answers + undelivered.answers : 0)
          + (batchPrice == null ? batch.answers : 0);
    }

    BigDecimal usd() {
      return delivered.totalUsd().add(undelivered.totalUsd()).add(batch.totalUsd());
    }
  }

  void addDelivered(Charge charge) {
    bill(charge).delivered.add(charge, ONE);
  }

  void addUndelivered(Charge charge) {
    bill(charge).undelivered.add(charge, ONE);
  }

  /**
   * @param charge at the model's batch price
   */
  void addBatch(Charge charge) {
    ModelBill bill = bills.computeIfAbsent(charge.model(), absent -> new ModelBill());
    bill.batchPrice = charge.price();
    bill.batch.add(charge, ONE);
  }

  /** For a charge that was added as delivered. */
  void moveToUndelivered(Charge charge) {
    bill(charge).delivered.add(charge, -ONE);
    bill(charge).undelivered.add(charge, ONE);
  }

  /** Input and output tokens of the delivered answers. */
  long deliveredTokens() {
    return bills.values().stream().mapToLong(bill -> bill.delivered.allTokens()).sum();
  }

  private ModelBill bill(Charge charge) {
    ModelBill bill = bills.computeIfAbsent(charge.model(), absent -> new ModelBill());
    bill.price = charge.price();
    return bill;
  }

  byte[] toJson() {
    return WireDialect.json(this::write);
  }

  private void write(JsonGenerator json) throws IOException {
    json.writeStringField("currency", "USD");
    json.writeObjectFieldStart("models");
    BigDecimal deliveredUsd = BigDecimal.ZERO;
    BigDecimal undeliveredUsd = BigDecimal.ZERO;
    BigDecimal batchUsd = BigDecimal.ZERO;
    long unpriced = 0;
    for (Map.Entry<String, ModelBill> entry : bills.entrySet()) {
      ModelBill bill = entry.getValue();
      deliveredUsd = deliveredUsd.add(bill.delivered.totalUsd());
      undeliveredUsd = undeliveredUsd.add(bill.undelivered.totalUsd());
      batchUsd = batchUsd.add(bill.batch.totalUsd());
      unpriced += bill.unpriced();
      json.writeObjectFieldStart(entry.getKey());
      writeBill(json, bill);
      json.writeEndObject();
    }
    json.writeEndObject();
    writeUsd(json, "delivered_usd", deliveredUsd);
    writeUsd(json, "undelivered_usd", undeliveredUsd);
    writeUsd(json, "batch_usd", batchUsd);
    writeUsd(json, "total_usd", deliveredUsd.add(undeliveredUsd).add(batchUsd));
    json.writeNumberField("unpriced_requests", unpriced);
  }

  private static void writeBill(JsonGenerator json, ModelBill bill) throws IOException {
    for (PriceKind kind : PriceKind.values()) {
      writeKind(json, kind, bill);
    }
    for (PriceKind kind : PriceKind.values()) {
      writeBatchKind(json, kind, bill);
    }
    json.writeNumberField("requests", bill.answers());
    writeUsd(json, "usd", bill.usd());
    writeSums(json, "delivered", bill.delivered);
    writeSums(json, "undelivered", bill.undelivered);
    writeSums(json, "batch", bill.batch);
  }

  private static void writeKind(JsonGenerator json, PriceKind kind, ModelBill bill)
      throws IOException {
    json.writeObjectFieldStart(kind.word());
    json.writeNumberField("tokens", bill.delivered.tokens(kind) + bill.undelivered.tokens(kind));
    json.writeStringField("price_per_million", rate(kind, bill.price));
    writeUsd(json, "usd", bill.delivered.usd(kind).add(bill.undelivered.usd(kind)));
    json.writeEndObject();
  }

  private static void writeBatchKind(JsonGenerator json, PriceKind kind, ModelBill bill)
      throws IOException {
    json.writeObjectFieldStart("batch_" + kind.word());
    json.writeNumberField("tokens", bill.batch.tokens(kind));
    json.writeStringField("price_per_million", rate(kind, bill.batchPrice));
    writeUsd(json, "usd", bill.batch.usd(kind));
    json.writeEndObject();
  }

  private static @Nullable String rate(PriceKind kind, @Nullable ModelPrice price) {
    return price == null ? null : kind.rate(price.standard()).toPlainString();
  }

  private static void writeSums(JsonGenerator json, String name, Sums sums) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("requests", sums.answers);
    json.writeNumberField("input_tokens", sums.inputTokens());
    json.writeNumberField("output_tokens", sums.tokens(PriceKind.OUTPUT));
    writeUsd(json, "usd", sums.totalUsd());
    json.writeEndObject();
  }

  private static void writeUsd(JsonGenerator json, String field, BigDecimal amount)
      throws IOException {
    json.writeStringField(field, new Usd(amount).toString());
  }
}
