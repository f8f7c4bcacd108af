package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

final class BudgetBookTest {
  private final FakeScheduler time = new FakeScheduler();
  private final BudgetBook book = new BudgetBook(usd("10"), time::nanoTime);

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount);
  }

  private void report(
      String executor, long confirmed, String spent, String reserved, String need, String wish) {
    book.report(
        executor,
        new PurseReport(
            "p" + executor, confirmed, usd(spent), usd(reserved), usd(need), usd(wish)));
  }

  private PurseAllowance renew(
      String executor, long confirmed, String spent, String reserved, String need, String wish) {
    report(executor, confirmed, spent, reserved, need, wish);
    return book.allow("p" + executor);
  }

  @Test
  void whileThereIsEnoughEachHasWhatItWishes() {
    PurseAllowance a = renew("a", 0, "0", "0", "0.5", "2");
    PurseAllowance b = renew("b", 0, "1", "0.5", "0.5", "3");

    assertThat(a.limit()).isEqualByComparingTo("2");
    assertThat(b.limit()).isEqualByComparingTo("4.5");
    assertThat(b.ceiling()).isEqualByComparingTo("9");
    assertThat(b.scarce()).isFalse();
  }

  @Test
  void aLimitCountsUntilALowerOneIsConfirmed() {
    PurseAllowance first = renew("a", 0, "0", "0", "1", "8");
    PurseAllowance lower = renew("a", first.number(), "0", "0", "0", "0");
    PurseAllowance other = renew("b", 0, "0", "0", "1", "5");

    assertThat(lower.limit()).isEqualByComparingTo("0");
    assertThat(other.limit()).isEqualByComparingTo("2");

    renew("a", lower.number(), "0", "0", "0", "0");

    assertThat(renew("b", other.number(), "0", "2", "1", "5").limit()).isEqualByComparingTo("7");
  }

  @Test
  void scarceMoneyGoesInWholeNeedsTheSmallestFirst() {
    report("a", 0, "5", "2", "2.5", "9");
    report("b", 0, "0", "0", "2", "9");

    PurseAllowance dear = book.allow("pa");
    PurseAllowance cheap = book.allow("pb");

    assertThat(dear.limit()).isEqualByComparingTo("7");
    assertThat(dear.scarce()).isTrue();
    assertThat(cheap.limit()).isEqualByComparingTo("2");
  }

  @Test
  void whatIsLeftOfScarceMoneyIsDividedByWishes() {
    report("a", 0, "0", "0", "1", "9");
    report("b", 0, "0", "0", "1", "27");

    assertThat(book.allow("pa").limit()).isEqualByComparingTo("3"); // a quarter of the other 8
    assertThat(book.allow("pb").limit()).isEqualByComparingTo("7");
  }

  @Test
  void whatADeadExecutorHeldStaysSpent() {
    PurseAllowance held = renew("a", 0, "0", "0", "1", "6");
    assertThat(held.limit()).isEqualByComparingTo("6");

    book.gone("a");
    PurseAllowance b = renew("b", 0, "0", "0", "1", "9");

    assertThat(b.limit()).isEqualByComparingTo("4");
    assertThat(b.ceiling()).isEqualByComparingTo("4");
    assertThat(renew("a", held.number(), "0", "0", "1", "1").limit()).isZero();
  }

  @Test
  void theCeilingIsWhatIsNotSpentYetWhateverIsReserved() {
    renew("a", 0, "3", "4", "0", "0");

    assertThat(renew("b", 0, "2", "0", "6", "6").ceiling()).isEqualByComparingTo("5");
  }

  @Test
  void aBudgetThatIsUsedUpAllowsNothing() {
    BudgetBook empty = new BudgetBook(usd("-1"), time::nanoTime);
    empty.report("a", new PurseReport("p", 0, usd("0"), usd("0"), usd("1"), usd("1")));

    PurseAllowance allowance = empty.allow("p");

    assertThat(allowance.limit()).isZero();
    assertThat(allowance.ceiling()).isEqualByComparingTo("-1");
  }
}
