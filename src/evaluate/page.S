/* The report's page as it was built, between two labels. REPORT_PAGE is its path. */
        .section .rodata
        .global tracetwin_report_page
        .global tracetwin_report_page_end
tracetwin_report_page:
        .incbin REPORT_PAGE
tracetwin_report_page_end:
        .byte 0
        .section .note.GNU-stack, "", @progbits
