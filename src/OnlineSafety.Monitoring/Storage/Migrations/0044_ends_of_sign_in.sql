-- Whoever follows somebody on an entry of the staff list is not joined by how that person signed in: set-up takes the account off the entry, in the stated school.
GRANT DELETE ON staff_account TO onlinesafety_setup;
CREATE POLICY setup_end ON staff_account FOR DELETE TO onlinesafety_setup USING (school_id = current_school());
