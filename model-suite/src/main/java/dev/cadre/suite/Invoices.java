// SPDX-License-Identifier: Apache-2.0
package dev.cadre.suite;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cadre.task.SubtaskType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Optional;

/** Invoices, and the fields that an office needs of them. */
final class Invoices {
    record Invoice(
            @JsonPropertyDescription("the number of the invoice, as it is written")
            String number,

            @JsonPropertyDescription("the company that wants the money")
            String supplier,

            @JsonPropertyDescription("the day of the invoice")
            LocalDate date,

            @JsonPropertyDescription("the whole amount to pay")
            BigDecimal total,

            @JsonPropertyDescription("the last day for the payment; null if none is named")
            Optional<LocalDate> due) {}

    static final ExtractedSet<Invoice> SET = ExtractedSet.of(
                    "invoices",
                    SubtaskType.model(
                            "read_invoice",
                            LabelledSet.Text.class,
                            Invoice.class,
                            "Read the fields of an invoice. Change nothing and add nothing."))
            .with(
                    invoice("2025-117", "Nordlys Paper", "2025-03-04", "248.50", "2025-04-03"),
                    "Nordlys Paper. Invoice 2025-117 of 4 March 2025. 50 packs of paper: 248.50 euros. Please pay by 3 April 2025.")
            .with(
                    invoice("A-77", "Harbour Cafe", "2025-01-15", "96", ""),
                    "Harbour Cafe, invoice A-77, 15 January 2025. Lunch for eight. To pay: 96.00 euros, on receipt.")
            .with(
                    invoice("9031", "Brightline Cleaning", "2024-12-31", "1200", "2025-01-14"),
                    "Brightline Cleaning\nInvoice no. 9031\nDate: 2024-12-31\nOffice cleaning in December\nTotal: 1,200.00\nDue: 2025-01-14")
            .with(
                    invoice("R/5/25", "Kato Repairs", "2025-05-09", "310", ""),
                    "Invoice R/5/25 from Kato Repairs, dated 9 May 2025. Work 250.00, parts 60.00, together 310.00 euros.")
            .with(
                    invoice("44120", "Elm Street Garage", "2025-02-28", "642.10", "2025-03-28"),
                    "Elm Street Garage thanks you for your trust. Invoice 44120, 28 February 2025: brakes and tyres, 642.10 euros, to be paid by 28 March 2025.")
            .with(
                    invoice("X-1009", "Fern and Moss", "2025-06-01", "75.25", ""),
                    "Fern and Moss, plants for offices. 1 June 2025. Invoice number X-1009. Care of plants in May: 75.25 euros.")
            .with(
                    invoice("2025/0008", "Ostrova Translations", "2025-07-22", "480", "2025-08-05"),
                    "Ostrova Translations. Invoice 2025/0008. Issued on 22 July 2025. 16 pages at 30.00 each. Amount to pay: 480.00. Payable until 5 August 2025.")
            .with(
                    invoice("712", "Quay Logistics", "2025-09-10", "2150", "2025-10-10"),
                    "From: Quay Logistics. For: two containers. Invoice 712. Invoice day: 10 September 2025. Net 1,800.00, tax 350.00, total 2,150.00. Payment due 10 October 2025.")
            .with(
                    invoice("S-3", "Anders Photo", "2025-08-18", "590", ""),
                    "Anders Photo sends invoice S-3 on 18 August 2025 for pictures of the new building. 590 euros.")
            .with(
                    invoice("100-22", "Lumen Electric", "2025-11-02", "133.33", "2025-11-16"),
                    "Lumen Electric. 2 November 2025. Invoice 100-22. New lamps in the hall, 133.33 euros. We expect the money by 16 November 2025.")
            .with(
                    invoice("B2290", "Redwood Furniture", "2025-04-11", "1899", "2025-05-11"),
                    "Redwood Furniture. Order 555 of 1 April 2025. Invoice B2290 of 11 April 2025. Six desks: 1899 euros. Last day for payment: 11 May 2025.")
            .with(
                    invoice("17", "Mira Consulting", "2025-10-30", "4000", ""),
                    "Mira Consulting, invoice 17, October 30, 2025. Five days of advice at 800.00 a day. Total 4,000.00 euros. Thank you.");

    private Invoices() {}

    private static Invoice invoice(String number, String supplier, String date, String total, String due) {
        return new Invoice(
                number,
                supplier,
                LocalDate.parse(date),
                new BigDecimal(total),
                due.isEmpty() ? Optional.empty() : Optional.of(LocalDate.parse(due)));
    }
}
