# rules.mk: what instructors make. Included by the Makefile.

handout: ## what a student gets for a lab: LAB=5 OUT=FOLDER
	@scripts/handout '$(LAB)' '$(OUT)'

grade: $(GRADE) $(LOADGEN) servers ## grades each folder in one: LAB=5 DIR=submissions [OUT=FOLDER] [AGAIN=yes] [ANY_MODEL=yes] [JOBS=1|2] [ACCEPT_UNCONFINED=yes]
	@scripts/grade-all --lab '$(LAB)' $(if $(OUT),--out '$(OUT)') $(if $(AGAIN),--again) \
	    $(if $(JOBS),--jobs '$(JOBS)') $(if $(ANY_MODEL),--any-model) \
	    $(if $(ACCEPT_UNCONFINED),--accept-unconfined) '$(DIR)'

autograder: ## a lab for Gradescope and Autolab: LAB=5 OUT=FOLDER [ANY_MODEL=yes]
	@scripts/autograder '$(LAB)' '$(OUT)' $(if $(ANY_MODEL),--any-model)

.PHONY: handout grade autograder
