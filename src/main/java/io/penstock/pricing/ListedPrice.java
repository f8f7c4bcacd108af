package io.penstock.pricing;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a price list, as it holds on the day for which the list was read.
 *
 * @param price null where none of its periods covers the day
 * @param entryJson all that was written of that price, batch prices and dates too; empty where
 *     there is none
 * @param periods for which the entry has prices, in words; empty where it holds always
 */
public record ListedPrice(@Nullable ModelPrice price, String entryJson, String periods)
    implements Serializable {
  static ListedPrice always(ModelPrice price) {
    return new ListedPrice(price, "", "");
  }
}
