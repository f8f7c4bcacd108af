package io.penstock.limit;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * What one executor may have spent and reserved, since its purse was opened, until the next
 * allowance comes. Amounts in US dollars.
 *
 * @param purse whose it is
 * @param number counts up; an older one that comes late is ignored
 * @param limit of what is spent and reserved together
 * @param ceiling more than this will never be there for an attempt, whatever those under way leave
 * @param scarce whether others want more than there is: what is left over should be told soon
 */
public record PurseAllowance(
    String purse, long number, BigDecimal limit, BigDecimal ceiling, boolean scarce)
    implements Serializable {}
