"""What an act says, and when it is let go of."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from pages.commun import suites

    if st.session_state.get("acte"):
        del st.session_state["acte"]
        suites.announce("Rangé sous le n° 4.")
    suites.say()
    st.html(f"<p>{suites.take('ailleurs', 'rien')}</p>")
    if st.session_state.get("interrompue"):
        st.stop()
    suites.close()


def test_what_an_act_says_outlives_a_page_interrupted_and_is_said_once_on_a_whole_one() -> None:
    page = AppTest.from_function(_page)
    page.session_state["acte"] = True
    page.session_state["ailleurs"] = "Mois rouvert."
    page.session_state["interrompue"] = True

    def said() -> list[str]:
        return [each.proto.body for each in page.get("html")]

    for _ in range(2):
        page.run()
        assert any("Rangé sous le n° 4." in each.replace(" ", " ") for each in said())
        assert any("Mois rouvert." in each for each in said())
    page.session_state["interrompue"] = False
    page.run()
    assert any("Mois rouvert." in each for each in said())
    page.run()
    assert said() == ["<p>rien</p>"]
